/**
 * A public Open Cloud client, as its makers publish it, in a session with the emulator. Only the host it asks is changed.
 */
import { expect, test } from "@playwright/test";
import { withEmulator } from "../src/emulator";

const KEY = "a key of the test";

// The client takes its key from this variable when it is loaded.
process.env.ROBLOX_CLOUD_KEY = KEY;

type Answer = { readonly data: unknown; readonly cursors?: { readonly next?: string } };
type Api = Record<string, (request: object) => Promise<Answer>>;

/** Calls an operation of the client, which is typed for its own compiler only. */
async function ask(api: Api | undefined, operation: string, request: object): Promise<unknown> {
  const method = api?.[operation];
  if (!method) {
    throw new Error(`the client has no operation ${operation}`);
  }
  return (await method({ universeId: 7, ...request })).data;
}

/** Whether the client tells a call as refused; it does so with objects of its own. */
function isRefused(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => false,
    () => true,
  );
}

test("a public Open Cloud client has its basic session with the emulator", async () => {
  const { StandardDataStoresApi_V1, StandardDataStoresApi_V2, OrderedDataStoresApi_V2 } = (await import(
    "openblox/cloud" as string
  )) as Record<string, Api>;
  await withEmulator(KEY, async (address) => {
    const fetched = globalThis.fetch;
    globalThis.fetch = (input, init) => fetched(String(input).replace("https://apis.roblox.com", address), init);
    try {
      const entry = { datastoreName: "Saves", entryKey: "Player_1" };
      const first = await ask(StandardDataStoresApi_V1, "setStandardDatastoreEntry", {
        ...entry,
        entryValue: { coins: 5 },
        entryUserIds: [156],
        entryAttributes: { level: "3" },
      });
      expect(first).toMatchObject({ deleted: false, contentLength: 11 });
      expect(await ask(StandardDataStoresApi_V1, "standardDatastoreEntry", entry)).toMatchObject({
        entry: { coins: 5 },
        checksumsMatch: true,
        metadata: { entryUserIds: [156], entryAttributes: { level: "3" } },
      });
      const counter = { ...entry, entryKey: "visits" };
      expect(
        await ask(StandardDataStoresApi_V1, "incrementStandardDatastoreEntry", { ...counter, incrementBy: 2 }),
      ).toBe(2);
      expect(
        await ask(StandardDataStoresApi_V1, "incrementStandardDatastoreEntry", { ...counter, incrementBy: 3 }),
      ).toBe(5);
      expect(await ask(StandardDataStoresApi_V1, "standardDatastoreKeys", entry)).toEqual(["Player_1", "visits"]);
      expect(await ask(StandardDataStoresApi_V1, "listStandardDatastores", {})).toMatchObject([{ name: "Saves" }]);
      expect(await ask(StandardDataStoresApi_V1, "listStandardDatastoreEntryVersions", entry)).toHaveLength(1);
      expect(await ask(StandardDataStoresApi_V1, "deleteStandardDatastoreEntry", entry)).toBe(true);
      expect(await isRefused(ask(StandardDataStoresApi_V1, "standardDatastoreEntry", entry))).toBe(true);

      const modern = { dataStore: "Saves", entryId: "Player_2" };
      expect(
        await ask(StandardDataStoresApi_V2, "createStandardDataStoreEntry", { ...modern, value: [1], users: [156] }),
      ).toMatchObject({ value: [1], users: ["users/156"], state: "ACTIVE" });
      expect(
        await isRefused(ask(StandardDataStoresApi_V2, "createStandardDataStoreEntry", { ...modern, value: [1] })),
      ).toBe(true);
      await ask(StandardDataStoresApi_V2, "updateStandardDataStoreEntry", { ...modern, value: { gems: 1.5 } });
      expect(await ask(StandardDataStoresApi_V2, "standardDataStoreEntry", modern)).toMatchObject({
        value: { gems: 1.5 },
        users: [],
      });
      expect(
        await ask(StandardDataStoresApi_V2, "listStandardDataStoreEntries", { dataStore: "Saves", prefix: "Player_" }),
      ).toMatchObject([{ id: "Player_2" }]);
      expect(await ask(StandardDataStoresApi_V2, "createStandardDataStoreSnapshot", {})).toMatchObject({
        newSnapshotTaken: true,
      });
      expect(await ask(StandardDataStoresApi_V2, "deleteStandardDataStoreEntry", modern)).toBe(true);

      const top = { dataStoreId: "Top", scope: "global" };
      for (const [entryId, entryValue] of Object.entries({ low: 1, high: 30, middle: 2 })) {
        await ask(OrderedDataStoresApi_V2, "createOrderedDataStoreEntry", { ...top, entryId, entryValue });
      }
      expect(
        await ask(OrderedDataStoresApi_V2, "listOrderedDatastoreEntries", { ...top, sortOrder: "Desc" }),
      ).toMatchObject([
        { id: "high", value: 30 },
        { id: "middle", value: 2 },
        { id: "low", value: 1 },
      ]);
      await ask(OrderedDataStoresApi_V2, "incrementOrderedDataStoreEntry", { ...top, entryId: "low", incrementBy: 9 });
      expect(await ask(OrderedDataStoresApi_V2, "orderedDataStoreEntry", { ...top, entryId: "low" })).toMatchObject({
        value: 10,
      });
    } finally {
      globalThis.fetch = fetched;
    }
  });
});
