import { cloudTest, expect, go, UNIVERSE } from "../src/fixtures";

cloudTest("U-31: a cloud listing never shows a total it does not know", async ({ emulator, connect, dashboard }) => {
  const lines = Array.from(
    { length: 700 },
    (_, index) => `{"universe":"${UNIVERSE}","store":"Big","key":"key_${String(index).padStart(4, "0")}","value":1}`,
  );
  await emulator.ask("POST", "/_emulator/import", lines.join("\n"));
  await connect("development", "Dev");
  await go(dashboard, "#/Dev/std/Big");
  await expect(dashboard.locator("[data-key=key_0000]")).toBeVisible();
  await expect(dashboard.locator("#stores-tree [data-store=Big] .tree-count")).toHaveCount(0);
  const count = dashboard.locator("#keys-count");
  await expect(count).toContainText("read so far, more below");
  await expect(dashboard.locator("#keys-grid")).toHaveAttribute("aria-rowcount", "-1");
  await dashboard.locator("#keys-grid").focus();
  await expect(async () => {
    await dashboard.keyboard.press("End");
    await expect(count).toHaveAttribute("data-complete", "true", { timeout: 500 });
  }).toPass();
  await expect(count).toHaveText("700 keys");
  await expect(dashboard.locator("#keys-grid")).toHaveAttribute("aria-rowcount", "700");
});

cloudTest(
  "a data store is deleted by its name and restored with days left",
  async ({ emulator, connect, dashboard }) => {
    await emulator.put(UNIVERSE, "OldData", "one", "1");
    await connect("development", "Dev");
    await go(dashboard, "#/Dev/std/OldData");
    await expect(dashboard.locator("[data-key=one]")).toBeVisible();
    await dashboard.locator("#keys-more").click();
    await dashboard.locator("#keys-delete-store").click();
    await dashboard.locator("#delete-store-name").fill("olddata");
    await expect(dashboard.locator("#delete-store-confirm")).toHaveAttribute("aria-disabled", "true");
    await dashboard.locator("#delete-store-name").fill("OldData");
    await dashboard.locator("#delete-store-confirm").click();
    await expect(dashboard.locator("#delete-store-dialog")).toHaveCount(0);

    await dashboard.locator("#stores-node-deleted").click();
    const row = dashboard.locator("[data-group=deleted][data-store=OldData]");
    await expect(row).toContainText("30 days left");
    await expect(dashboard.locator("[data-group=standard][data-store=OldData]")).toHaveCount(0);
    await row.focus();
    await dashboard.keyboard.press("Enter");
    await dashboard.locator("#undelete-confirm").click();
    await expect(dashboard.locator("[data-group=standard][data-store=OldData]")).toBeVisible();
    await dashboard.locator("[data-group=standard][data-store=OldData]").click();
    await expect(dashboard.locator("[data-key=one]")).toBeVisible();
  },
);

cloudTest("a snapshot is taken once a day, and says so", async ({ connect, dashboard }) => {
  await connect("development", "Dev");
  await go(dashboard, "#/Dev/stores");
  for (const expected of ["Snapshot of Dev taken.", "was taken already"]) {
    await dashboard.locator("#stores-more").click();
    await dashboard.locator("#stores-snapshot").click();
    await dashboard.locator("#snapshot-confirm").click();
    await expect(dashboard.locator(".toast").last()).toContainText(expected);
  }
});

cloudTest(
  "ordered data stores and sorted maps are added by name, used, and taken off the list",
  async ({ connect, dashboard }) => {
    await connect("development", "Dev");
    await go(dashboard, "#/Dev/stores");
    await dashboard.locator("#stores-node-ordered-add").click();
    await dashboard.locator("#add-name").fill("Top");
    await dashboard.keyboard.press("Enter");
    await expect(dashboard.locator("#view-ordered")).toHaveAttribute("data-state", "empty");
    await dashboard.locator("#ordered-new").click();
    await dashboard.locator("#ordered-new-key").fill("ann");
    await dashboard.locator("#ordered-new-value").fill("5");
    await dashboard.locator("#ordered-new-create").click();
    await expect(dashboard.locator("#ordered-grid [data-key=ann]")).toContainText("5");

    await dashboard.locator("#stores-node-memory-add").click();
    await dashboard.locator("#add-name").fill("Lobby");
    await dashboard.locator("#add-name-confirm").click();
    await expect(dashboard.locator("#view-memory")).toHaveAttribute("data-state", "empty");
    await dashboard.locator("#memory-new").click();
    await dashboard.locator("#memory-item-name").fill("alice");
    await dashboard.locator("#memory-item-value").fill('{"score":12.50}');
    await dashboard.locator("#memory-item-sort-kind").selectOption("number");
    await dashboard.locator("#memory-item-sort").fill("12.5");
    await dashboard.locator("#memory-item-save").click();
    const item = dashboard.locator("#memory-table [data-item=alice]");
    await expect(item).toContainText("12.5");
    await item.getByRole("button", { name: "Delete alice" }).click();
    await dashboard.locator("#memory-remove-name").fill("alice");
    await dashboard.locator("#memory-remove-confirm").click();
    await expect(dashboard.locator("#view-memory")).toHaveAttribute("data-state", "empty");

    await dashboard.reload();
    const added = dashboard.locator("[data-group=ordered][data-store=Top]");
    await expect(added).toBeVisible();
    await added.focus();
    await dashboard.keyboard.press("Delete");
    await expect(added).toHaveCount(0);
  },
);

cloudTest(
  "a player is found by name, and offers the keys games save under",
  async ({ emulator, connect, dashboard }) => {
    await emulator.ask("PUT", "/_emulator/users", '{"id":"4812345","name":"ann81","displayName":"Ann"}');
    await emulator.put(UNIVERSE, "PlayerData", "Player_4812345", '{"Coins":1}');
    await emulator.put(UNIVERSE, "PlayerData", "Player_9", '{"Coins":2}');
    await connect("development", "Dev");
    await go(dashboard, "#/Dev/std/PlayerData");
    await expect(dashboard.locator("#keys-count")).toHaveAttribute("data-count", "2");
    await dashboard.locator("#keys-prefix").fill("@ann81");
    await expect(dashboard.locator("[data-player='4812345']")).toContainText("Ann");
    await dashboard.keyboard.press("Enter");
    await expect(dashboard.locator("#keys-player-Player_4812345")).toBeFocused();
    await dashboard.keyboard.press("Enter");
    await expect(dashboard.locator("#keys-count")).toHaveAttribute("data-count", "1");
    await expect(dashboard.locator("[data-key=Player_4812345]")).toBeVisible();

    await dashboard.locator("#keys-prefix").fill("");
    await dashboard.keyboard.press("Control+k");
    await dashboard.keyboard.type("@ann81");
    await expect(dashboard.locator("#palette-player-Player_4812345")).toBeVisible();
    await dashboard.keyboard.press("Enter");
    await expect(dashboard.locator("#keys-count")).toHaveAttribute("data-count", "1");

    await dashboard.locator("#keys-prefix").fill("@nobody_is_called_so");
    await expect(dashboard.locator("#keys-players")).toContainText("No player is called");
  },
);

cloudTest(
  "a message is published, and memory stores are emptied by the connection's name",
  async ({ emulator, connect, dashboard }) => {
    await connect("development", "Dev");
    await go(dashboard, "#/Dev/mem/Lobby");
    await dashboard.locator("#memory-new").click();
    await dashboard.locator("#memory-item-name").fill("alice");
    await dashboard.locator("#memory-item-save").click();
    await expect(dashboard.locator("#memory-table [data-item=alice]")).toBeVisible();

    await dashboard.locator("#stores-more").click();
    await dashboard.locator("#stores-publish").click();
    await dashboard.locator("#publish-topic").fill("events");
    await dashboard.locator("#publish-message").fill("double coins");
    await expect(dashboard.locator("#publish-confirm")).toHaveText("Publish 1 message to Development");
    await dashboard.locator("#publish-confirm").click();
    await expect(dashboard.locator("#publish-dialog")).toHaveCount(0);
    expect(await emulator.ask("GET", "/_emulator/messages")).toContain("double coins");

    await dashboard.locator("#stores-more").click();
    await dashboard.locator("#stores-flush").click();
    await dashboard.locator("#flush-name").fill("dev");
    await expect(dashboard.locator("#flush-confirm")).toHaveAttribute("aria-disabled", "true");
    await dashboard.locator("#flush-name").fill("Dev");
    await dashboard.locator("#flush-confirm").click();
    await expect(dashboard.locator("#flush-dialog")).toHaveCount(0);
    await dashboard.locator("#memory-refresh").click();
    await expect(dashboard.locator("#view-memory")).toHaveAttribute("data-state", "empty");
  },
);
