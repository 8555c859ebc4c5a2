import { expect, it } from "vitest";
import { itemPage } from "./memoryPage";

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
