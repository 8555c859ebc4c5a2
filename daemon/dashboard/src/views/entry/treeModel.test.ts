import { describe, expect, test } from "vitest";
import { deeds } from "../../json/deeds";
import { parsePointer } from "../../json/pointer";
import { PAGE_SIZE, TreeModel, type TreeSource } from "./treeModel";

const ITEMS = 1_000;
const TEXT = `{"first":1,"list":[${Array.from({ length: ITEMS }, (_, index) => `{"n":${index}}`).join(",")}],"last":2}`;

function sourceOf(text: string, isLate: boolean): TreeSource {
  const answer = <Value>(value: Value): Value | Promise<Value> => (isLate ? Promise.resolve(value) : value);
  return {
    rows: (pointer, offset, limit) => answer(deeds.rows([text], parsePointer(pointer), offset, limit)),
    place: (pointer) => answer(deeds.place([text], parsePointer(pointer))),
  };
}

function shownBy(tree: TreeModel): string[] {
  return tree.snapshot().rows.map((visible) => (visible.type === "row" ? visible.row.path : visible.type));
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

describe.each([
  ["at once", false],
  ["a moment later", true],
])("rows that come %s", (_, isLate) => {
  test("a far field is shown without reading all before it", async () => {
    const tree = new TreeModel();
    tree.setSource(sourceOf(TEXT, isLate));
    await settled();
    await tree.reveal("/list/777/n");
    const shown = shownBy(tree);
    expect(shown).toContain("/list/777/n");
    expect(shown).toContain("/list/600");
    expect(shown).toContain("/last");
    expect(shown).not.toContain("/list/599");
    expect(shown).not.toContain("/list/800");
    const row = tree.snapshot().rows.find((visible) => visible.type === "row" && visible.row.path === "/list/777");
    expect(row).toMatchObject({ position: 778, setSize: ITEMS });
  });

  test("a window grows on both sides, up to the ends", async () => {
    const tree = new TreeModel();
    tree.setSource(sourceOf(TEXT, isLate));
    await settled();
    await tree.reveal("/list/250");
    await tree.showMore("/list", "above");
    expect(shownBy(tree)).toContain("/list/0");
    expect(shownBy(tree)).not.toContain("/list/400");
    await tree.showMore("/list", "below");
    const list = shownBy(tree).filter((path) => path.startsWith("/list/"));
    expect(list).toEqual(Array.from({ length: 3 * PAGE_SIZE }, (_, index) => `/list/${index}`));
    expect(tree.snapshot().rows.filter((visible) => visible.type === "more")).toMatchObject([
      { side: "below", shown: 3 * PAGE_SIZE, total: ITEMS },
    ]);
  });

  test("a list that became shorter than where its window began is shown from its start", async () => {
    const tree = new TreeModel();
    tree.setSource(sourceOf(TEXT, isLate));
    await settled();
    await tree.reveal("/list/777");
    tree.setSource(sourceOf('{"first":1,"list":[5,6],"last":2}', isLate));
    await settled();
    expect(shownBy(tree)).toEqual(["", "/first", "/list", "/list/0", "/list/1", "/last"]);
  });

  test("what is not there is not revealed, and changes nothing", async () => {
    const tree = new TreeModel();
    tree.setSource(sourceOf(TEXT, isLate));
    await settled();
    const before = shownBy(tree);
    await tree.reveal("/nowhere/1");
    expect(shownBy(tree)).toEqual(before);
  });
});

test("an answer about a text that is no longer shown is dropped", async () => {
  let answer: (page: ReturnType<typeof deeds.rows>) => void = () => undefined;
  const tree = new TreeModel();
  tree.setSource({
    rows: () => new Promise((resolve) => (answer = resolve)),
    place: () => -1,
  });
  tree.setSource(sourceOf('{"new":1}', false));
  answer(deeds.rows(['{"old":1}'], [], 0, PAGE_SIZE));
  await settled();
  expect(shownBy(tree)).toEqual(["", "/new"]);
});
