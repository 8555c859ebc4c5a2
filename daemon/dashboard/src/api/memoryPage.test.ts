import { expect, it } from "vitest";
import { itemPage, queueBatch } from "./memoryPage";

it("takes the values of a page out byte for byte", () => {
  const page = itemPage(
    '{"items":[{"item":"alice","value":{"score":12.50},"sortKey":{"number":12.5},"etag":"07"},{"item":"bob","value":12345678901234567890}],"nextCursor":"01ab","hasMore":true}',
  );
  expect(page.nextCursor).toBe("01ab");
  expect(page.items.map((item) => item.text)).toEqual(['{"score":12.50}', "12345678901234567890"]);
  expect(page.items[0]).toMatchObject({ item: "alice", sortKey: { number: 12.5 }, etag: "07" });
});

it("an empty page is one", () => {
  expect(itemPage('{"items":[],"hasMore":false}')).toEqual({ items: [], nextCursor: null });
});

it("takes the values of a reading of a queue out byte for byte", () => {
  const batch = queueBatch(
    '{"readId":"04","items":[{"id":"09","value":{"grant":1.50},"priority":1.5,"expiresAt":"2024-08-21T19:50:08Z"},{"id":"10","value":12345678901234567890,"priority":0}]}',
  );
  expect(batch.readId).toBe("04");
  expect(batch.items.map((item) => item.text)).toEqual(['{"grant":1.50}', "12345678901234567890"]);
  expect(batch.items[0]).toMatchObject({ id: "09", priority: 1.5, expiresAt: "2024-08-21T19:50:08Z" });
});

it("a reading that took nothing is one", () => {
  expect(queueBatch('{"readId":"04","items":[]}')).toEqual({ readId: "04", items: [] });
});
