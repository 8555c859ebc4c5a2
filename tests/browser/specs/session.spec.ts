import { expect, test } from "../src/fixtures";

test("S-10, U-38: the sign-in code works once and is gone from address and history", async ({
  daemon,
  page,
  browser,
}) => {
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(daemon.link);
  await expect(page.locator("#view-home")).toBeVisible();
  const code = new URL(daemon.link).hash.split("code=")[1] ?? "absent";
  expect(page.url()).not.toContain(code);
  expect(requests.join("\n")).not.toContain(code);
  expect(await page.evaluate(() => window.history.length)).toBeLessThanOrEqual(2);
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, document.cookie]));
  expect(stored).not.toContain("tab_");
  expect(stored).not.toContain(code);

  const other = await browser.newContext();
  const second = await other.newPage();
  await second.goto(daemon.link);
  await expect(second.locator("#sign-in-refused")).toBeVisible();
  await expect(second.locator("#sign-in-command")).toHaveText("dsmp open");
  expect(second.url()).not.toContain(code);
  await other.close();
});

test("a page without a session explains how to get one", async ({ daemon, page }) => {
  await page.goto(`${daemon.address}/#/Sandbox/stores`);
  await expect(page.locator("#view-sign-in")).toHaveAttribute("data-state", "signedOut");
  await expect(page.locator("#sign-in-command")).toHaveText("dsmp open");
});

test("a second tab joins the session and opens the linked view; signing out ends both", async ({
  daemon,
  dashboard,
}) => {
  const second = await dashboard.context().newPage();
  await second.goto(`${daemon.address}/#/Sandbox/stores`);
  await expect(second.locator("#view-stores")).toHaveAttribute("data-state", "ready");
  const tokens = await Promise.all(
    [dashboard, second].map((tab) => tab.evaluate(() => sessionStorage.getItem("dsmp.tabToken"))),
  );
  expect(tokens[0]).not.toEqual(tokens[1]);

  await second.locator("#header-person").click();
  await second.locator("#header-sign-out").click();
  await expect(second.locator("#view-sign-in")).toBeVisible();
  await expect(dashboard.locator("#view-sign-in")).toBeVisible();
});

test("U-36: a link to what is not here says so and shows nothing else", async ({ dashboard }) => {
  for (const fragment of ["#/Elsewhere/stores", "#/Sandbox/nonsense/x", "#/jobs/1/2", "#/%E0%A4%A"]) {
    await dashboard.evaluate((hash) => {
      window.location.hash = hash;
    }, fragment);
    await expect(dashboard.locator("#view-unknown")).toBeVisible();
    await dashboard.locator("#unknown-home").click();
    await expect(dashboard.locator("#view-home")).toBeVisible();
  }
});

test("tokens are made, shown once, and revoked", async ({ daemon, dashboard }) => {
  await dashboard.locator("#rail-security").click();
  await expect(dashboard.locator("#view-tokens")).toHaveAttribute("data-state", "empty");
  await dashboard.locator("#tokens-new").click();
  await dashboard.locator("#token-name").fill("nightly export");
  await dashboard.locator("#token-create").click();
  const secret = (await dashboard.locator("#token-secret").textContent()) ?? "";
  expect(secret).toMatch(/^dsmp_/);
  await dashboard.locator("#token-secret-close").click();
  await expect(dashboard.getByText(secret)).toHaveCount(0);

  const status = () =>
    fetch(`${daemon.address}/api/v1/status`, { headers: { Authorization: `Bearer ${secret}` } }).then(
      (answer) => answer.status,
    );
  expect(await status()).toBe(200);
  await dashboard.getByRole("button", { name: "Revoke" }).click();
  await dashboard.locator("#revoke-confirm").click();
  await expect(dashboard.locator("#tokens-table")).toContainText("revoked");
  expect(await status()).toBe(401);
});

test("S-11: a Studio that asks is approved by comparing its code, and refused otherwise", async ({
  daemon,
  dashboard,
}) => {
  const post = async (path: string, body: object) => {
    const response = await fetch(`${daemon.address}/api/v1/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return (await response.json()) as { pairing: string; code: string; claim: string; state: string };
  };
  const studio = {
    universeId: "5097539509",
    placeId: "1818",
    placeName: "<b>Pirate Bay</b>",
    userId: "1",
    userName: "Ann",
  };
  await dashboard.locator("#rail-security").click();
  await dashboard.locator("#security-approvals").click();
  await expect(dashboard.locator("#view-approvals")).toHaveAttribute("data-state", "empty");

  const wanted = await post("pairings", { studio });
  const card = dashboard.locator(`[data-pairing="${wanted.pairing}"]`);
  await expect(card).toContainText(wanted.code);
  await expect(card).toContainText("<b>Pirate Bay</b>");
  await dashboard.locator(`#approvals-approve-${wanted.pairing}`).click();
  await expect(card).toHaveCount(0);
  expect((await post("pairings/claim", { pairing: wanted.pairing, claim: wanted.claim })).state).toBe("approved");

  const unwanted = await post("pairings", { studio });
  await dashboard.locator(`#approvals-refuse-${unwanted.pairing}`).click();
  await expect(dashboard.locator(`[data-pairing="${unwanted.pairing}"]`)).toHaveCount(0);
  expect((await post("pairings/claim", { pairing: unwanted.pairing, claim: unwanted.claim })).state).toBe("refused");
  await dashboard.locator("#security-tokens").click();
  await expect(dashboard.locator("#tokens-table")).toContainText("Studio");
});
