import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ApiError } from "../api/error";
import type { ErrorCode } from "../protocol";
import { en } from "./en";
import { errorText } from "./errors";

const texts = Object.entries(en).flatMap(([name, entry]) =>
  typeof entry === "string"
    ? [[name, entry]]
    : [
        [name, entry.one],
        [name, entry.other],
      ],
);

/** Fails to compile when a code is added to the protocol and not here. */
const CODES: Readonly<Record<ErrorCode, true>> = {
  DS001: true,
  DS002: true,
  DS003: true,
  DS004: true,
  DS005: true,
  DS006: true,
  DS007: true,
  DS008: true,
  DS009: true,
  DS010: true,
  DS011: true,
  DS012: true,
  DS013: true,
  DS014: true,
  DS015: true,
  DS016: true,
  GEN001: true,
  GEN002: true,
  GEN003: true,
  GEN004: true,
  GEN005: true,
  GEN006: true,
  GEN007: true,
  GEN008: true,
  GEN009: true,
  GEN010: true,
  GEN011: true,
};

describe("U-58, U-59: error texts", () => {
  it.each(Object.keys(CODES) as ErrorCode[])("%s has a text of its own, whatever the daemon's message", (code) => {
    const unexpected = errorText(new ApiError("GEN011", "", null)).title;
    const { title } = errorText(new ApiError(code, "the daemon's own words", null));
    expect(title).toBe(en[`error.${code}.title`]);
    expect(title === unexpected).toBe(code === "GEN011");
  });
});

describe("words", () => {
  it.each(["please", "oops", "successfully", "invalid input", "coming soon", "!"])("no text says %s", (banned) => {
    expect(texts.filter(([, text]) => text?.toLowerCase().includes(banned))).toEqual([]);
  });

  it("every text begins like a sentence or a small label", () => {
    expect(texts.filter(([, text]) => !text || text !== text.trim())).toEqual([]);
  });
});

describe("U-48: contrast of the tokens", () => {
  const css = readFileSync(join(import.meta.dirname, "../styles/tokens.css"), "utf8");
  const backgrounds = ["page", "surface", "raised", "hover", "selected"];
  const foregrounds = [
    "text",
    "muted",
    "accent",
    "info",
    "success",
    "warning",
    "danger",
    "environment-production",
    "environment-staging",
    "environment-development",
    "environment-local",
    "environment-unclassified",
    "code-key",
    "code-string",
    "code-number",
    "code-boolean",
    "code-null",
  ];

  it.each(["dark", "light"])("text is at least 4.5 to 1, edges and focus 3 to 1, %s", (theme) => {
    const block = css.slice(css.indexOf(`:root[data-theme="${theme}"]`));
    const colour = (name: string) => luminance(block.match(new RegExp(`--${name}: (#[0-9a-f]{6})`))?.[1] ?? "absent");
    const failing = (names: readonly string[], minimum: number) =>
      names.flatMap((name) =>
        backgrounds
          .filter((background) => contrast(colour(name), colour(background)) < minimum)
          .map((background) => `${name} on ${background}`),
      );
    expect(failing(foregrounds, 4.5)).toEqual([]);
    expect(failing(["edge", "focus"], 3)).toEqual([]);
    for (const tint of ["add", "remove", "change"]) {
      expect(contrast(colour(`diff-${tint}`), colour(`diff-${tint}-tint`))).toBeGreaterThan(4.5);
    }
  });
});

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.039_28 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(left: number, right: number): number {
  return (Math.max(left, right) + 0.05) / (Math.min(left, right) + 0.05);
}

it("no source file is over 700 lines", () => {
  const root = join(import.meta.dirname, "..");
  const long = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|tsx|css)$/.test(name) && name !== "protocol.ts")
    .filter((name) => readFileSync(join(root, name), "utf8").split("\n").length > 700);
  expect(long).toEqual([]);
});
