import { access, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { editField, expect, field, openEntry, test } from "../src/fixtures";

const PICTURE = join(import.meta.dirname, "../pictures/explorer.png");

/** The README's picture is made once; `DSMP_UPDATE_PICTURES=1` makes it anew. */
async function isWanted(): Promise<boolean> {
  if (process.env.DSMP_UPDATE_PICTURES) {
    return true;
  }
  return access(PICTURE).then(
    () => false,
    () => true,
  );
}

test("the README's picture shows the explorer with an edited entry", async ({ daemon, dashboard }, info) => {
  await daemon.import(
    "PlayerInventory",
    Array.from({ length: 80 }, (_, index) => ({
      key: `Player_${index + 20}`,
      value: `{"Coins":${index * 125},"Level":${index % 60},"Badges":["founder"]}`,
    })),
  );
  await daemon.put(
    "PlayerInventory",
    "Player_81",
    '{"Coins":12500,"Level":14,"Name":"Ann","Inventory":[{"id":"diamond_sword","count":1},{"id":"potion","count":9}],' +
      '"Settings":{"music":true,"volume":0.75,"language":"en"},"Pets":{"fox":{"level":3,"hungry":false}},' +
      '"LastSeen":null,"SessionId":12345678901234567890}',
  );
  await dashboard.setViewportSize({ width: 1440, height: 810 });
  await openEntry(dashboard, "PlayerInventory", "Player_81");
  await field(dashboard, "/Inventory").dblclick();
  await field(dashboard, "/Inventory/0").dblclick();
  await field(dashboard, "/Settings").dblclick();
  await editField(dashboard, "/Coins", "15000");
  await expect(field(dashboard, "/Coins")).toContainText("15000");
  await expect(dashboard.locator("#keys-grid [data-key=Player_81]")).toBeVisible();
  const taken = info.outputPath("explorer.png");
  await dashboard.screenshot({ path: taken });
  if (await isWanted()) {
    await copyFile(taken, PICTURE);
  }
});
