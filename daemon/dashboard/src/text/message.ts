/** Looks up texts of the catalogue and fills their named slots. */
import { en } from "./en";

type Catalogue = typeof en;
export type MessageName = Extract<keyof Catalogue, string>;

type SlotsOf<Text> = Text extends `${string}{${infer Slot}}${infer Rest}` ? Slot | SlotsOf<Rest> : never;
type TextOf<Entry> = Entry extends { readonly other: infer Other; readonly one: infer One } ? Other | One : Entry;
type Slots<Name extends MessageName> = SlotsOf<TextOf<Catalogue[Name]>>;
type Arguments<Name extends MessageName> = [Slots<Name>] extends [never]
  ? []
  : [values: { readonly [Slot in Slots<Name>]: string | number }];

const LOCALE = "en";
const plurals = new Intl.PluralRules(LOCALE);
const numbers = new Intl.NumberFormat(LOCALE);

/** The text called `name`. Numbers in slots are grouped; the slot `count` chooses the plural form. */
export function t<Name extends MessageName>(name: Name, ...[values]: Arguments<Name>): string {
  const entry: string | { readonly one: string; readonly other: string } = en[name];
  const slots = (values ?? {}) as Readonly<Record<string, string | number>>;
  const text =
    typeof entry === "string" ? entry : plurals.select(Number(slots.count)) === "one" ? entry.one : entry.other;
  return text.replace(/\{(\w+)\}/g, (whole, slot: string) => {
    const value = slots[slot];
    return value === undefined ? whole : typeof value === "number" ? numbers.format(value) : value;
  });
}

/** True when the catalogue has a text of this name. */
export function isMessage(name: string): name is MessageName {
  return name in en;
}
