/** Buttons. One that is off stays focusable and says why. */
import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

interface ButtonProps {
  readonly id: string;
  readonly children?: ReactNode;
  readonly onPress?: () => void;
  readonly kind?: "normal" | "primary" | "danger" | "quiet";
  readonly icon?: IconName;
  /** Why the button is off; it is on without. */
  readonly offReason?: string | null;
  /** The accessible name and tooltip of a button that shows only its icon. */
  readonly label?: string;
  readonly shortcut?: string;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly hasPopup?: "menu" | "dialog";
  readonly autoFocus?: boolean;
  /** Part of a list that has one tab stop: the list's own keys do the same. */
  readonly inComposite?: boolean;
  /** Sends the form it stands in instead of calling `onPress`. */
  readonly submits?: boolean;
}

export function Button(props: ButtonProps) {
  const {
    id,
    children,
    onPress,
    kind = "normal",
    icon,
    offReason,
    label,
    shortcut,
    pressed,
    expanded,
    hasPopup,
  } = props;
  const hint = [offReason ?? label, shortcut && `(${shortcut})`].filter(Boolean).join(" ");
  return (
    <button
      type={props.submits ? "submit" : "button"}
      id={id}
      className={`button button-${kind}${children ? "" : " button-icon"}`}
      aria-disabled={offReason ? true : undefined}
      aria-label={children ? undefined : label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-haspopup={hasPopup}
      title={hint || undefined}
      tabIndex={props.inComposite ? -1 : undefined}
      data-autofocus={props.autoFocus ? "" : undefined}
      onClick={(event) => {
        if (props.inComposite) {
          event.stopPropagation();
        }
        if (offReason) {
          event.preventDefault();
        } else if (!props.submits) {
          onPress?.();
        }
      }}
    >
      {icon && <Icon name={icon} />}
      {children !== undefined && <span>{children}</span>}
      {offReason && <span className="hidden-text"> {offReason}</span>}
    </button>
  );
}
