/** JSON Pointer (RFC 6901): a path is the list of its unescaped parts. */
export type Path = readonly string[];

export function formatPointer(path: Path): string {
  return path.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

export function parsePointer(pointer: string): string[] {
  if (pointer === "") {
    return [];
  }
  return pointer
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** True when `inner` is `outer` or lies below it. */
export function isWithin(inner: Path, outer: Path): boolean {
  return outer.length <= inner.length && outer.every((part, index) => part === inner[index]);
}

/** How a person writes a path: `Inventory[3].id`, with names that need it in quotes. */
export function readablePath(path: Path): string {
  return path
    .map((part, index) => {
      if (/^\d+$/.test(part)) {
        return `[${part}]`;
      }
      const plain = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(part);
      if (!plain) {
        return `[${JSON.stringify(part)}]`;
      }
      return index === 0 ? part : `.${part}`;
    })
    .join("");
}
