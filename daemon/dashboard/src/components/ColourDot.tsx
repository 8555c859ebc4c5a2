/** The colour a person gave a connection: a dot beside its name, which never stands for the environment (ux.md 5.1). */
import type { Connection } from "../protocol";
import { t } from "../text/message";

export type Colour = NonNullable<Connection["colour"]>;

/** All of them, in the order in which they are offered. */
export const COLOURS: readonly Colour[] = [
  "grey",
  "red",
  "orange",
  "yellow",
  "green",
  "teal",
  "blue",
  "purple",
  "pink",
];

export function ColourDot({ colour }: { readonly colour: Connection["colour"] }) {
  return colour ? (
    <span className={`colour-dot colour-${colour}`} role="img" aria-label={t(`colour.${colour}`)} />
  ) : null;
}
