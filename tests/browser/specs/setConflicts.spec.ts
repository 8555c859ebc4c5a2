import { expect, field, openReview, stageAs, test } from "../src/fixtures";

const BASE = '{"coins":1,"level":1,"bag":[{"id":"a","n":1},{"id":"b","n":1}]}';

function edit(path: string, value: unknown): object {
  return { kind: "edit", store: "Saves", key: "p1", edits: [{ op: "set", path, value }] };
}

test("U-14: what others changed elsewhere in the entry is merged without a question", async ({ daemon, dashboard }) => {
  const page = dashboard;
  await daemon.put("Saves", "p1", BASE);
  const set = await stageAs(page, [edit("/coins", 10)]);
  await openReview(page, set.id);
  await daemon.put("Saves", "p1", BASE.replace('"level":1', '"level":2'));
  await page.locator("#commit-confirm").click();
  await expect(page.locator("#review-set-state")).toHaveAttribute("data-state", "done");
  await expect(page.locator("#review-items [data-key=p1]")).toHaveAttribute("data-state", "saved");
  expect(JSON.parse(await daemon.valueText("Saves", "p1"))).toMatchObject({ coins: 10, level: 2 });
});

test("places that both changed are chosen one by one, the others are saved, and Home says who is waited for", async ({
  daemon,
  dashboard,
}) => {
  const page = dashboard;
  await daemon.put("Saves", "p1", BASE);
  const set = await stageAs(page, [
    {
      ...edit("/coins", 10),
      edits: [
        { op: "set", path: "/coins", value: 10 },
        { op: "set", path: "/level", value: 5 },
      ],
    },
    { kind: "set", store: "Saves", key: "p2", value: 1 },
  ]);
  await openReview(page, set.id);
  await daemon.put("Saves", "p1", '{"coins":20,"level":2,"bag":[],"new":true}');
  await page.locator("#commit-confirm").click();
  await expect(page.locator("#review-attention")).toHaveAttribute("data-count", "1");
  await expect(page.locator("#review-state-saved")).toHaveAttribute("data-count", "1");
  expect(await daemon.valueText("Saves", "p2")).toBe("1");

  await page.locator("#rail-home").click();
  await expect(page.locator("#home-open-sets li")).toHaveCount(1);
  await page.locator("#home-open-sets a").click();
  await page.locator("#attention-conflict-1").click();
  const dialog = page.locator("#conflict-dialog");
  await expect(page.locator("#conflict-back")).toBeFocused();
  await expect(dialog.locator("[data-contested=true]")).toHaveCount(2);
  await expect(page.locator("#conflict-use")).toHaveAttribute("aria-disabled", "true");
  await page.getByLabel("Take mine for coins").check();
  await page.getByLabel("Take theirs for level").check();
  await page.locator("#conflict-use").click();
  await expect(dialog).toHaveCount(0);
  await expect(page.locator("#review-attention")).toHaveCount(0);
  expect(JSON.parse(await daemon.valueText("Saves", "p1"))).toEqual({ coins: 10, level: 2, bag: [], new: true });
  await page.locator("#rail-home").click();
  await expect(page.locator("#home-open-sets")).toHaveCount(0);
});

test("theirs is kept, overwritten with the key typed, or the change goes back to its draft", async ({
  daemon,
  dashboard,
}) => {
  const page = dashboard;
  const clash = async () => {
    await daemon.put("Saves", "p1", BASE);
    const set = await stageAs(page, [edit("/coins", 10)]);
    await openReview(page, set.id);
    await daemon.put("Saves", "p1", BASE.replace('"coins":1', '"coins":20'));
    await page.locator("#commit-confirm").click();
    await page.locator("#attention-conflict-1").click();
  };
  await clash();
  await page.locator("#conflict-theirs").click();
  await expect(page.locator("#review-items [data-key=p1]")).toHaveAttribute("data-state", "superseded");
  expect(await daemon.valueText("Saves", "p1")).toContain('"coins":20');

  await clash();
  await page.locator("#conflict-more").click();
  await page.locator("#conflict-overwrite").click();
  await expect(page.locator("#overwrite-confirm")).toHaveAttribute("aria-disabled", "true");
  await page.locator("#overwrite-key").fill("P1");
  await page.locator("#overwrite-confirm").click();
  await expect(page.locator("#review-items [data-key=p1]")).toHaveAttribute("data-state", "saved");
  expect(await daemon.valueText("Saves", "p1")).toContain('"coins":10');

  await clash();
  await page.locator("#conflict-back").click();
  await expect(page.locator("#view-entry")).toHaveAttribute("data-state", "ready");
  await expect(field(page, "/coins")).toContainText("10");
  await expect(page.locator("#entry-outdated")).toBeVisible();
  expect(await daemon.valueText("Saves", "p1")).toContain('"coins":20');
});
