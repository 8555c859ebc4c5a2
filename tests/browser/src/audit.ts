/** What is looked at on every page: the accessibility audit, and the size of what is pressed. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

export async function audit(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  const found = violations.map(
    (violation) =>
      `${where}: ${violation.id}: ${violation.nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary}`).join("; ")}`,
  );
  expect.soft(found).toEqual([]);
}

/** What can be pressed and is smaller than 24 by 24; boxes and circles inside a label are pressed with it. */
export function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [
      ...document.querySelectorAll(
        "button, select, input:not([type=radio], [type=checkbox]), [role=tab], [role=treeitem]",
      ),
    ]
      .map((element) => ({ id: element.id || element.className, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
      .map(({ id, box }) => `${id} ${box.width} x ${box.height}`),
  );
}
