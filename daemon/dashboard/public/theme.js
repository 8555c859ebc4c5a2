// Runs before the first paint, so that no page flashes dark at a person who chose light; `settings.ts` does the rest.
(() => {
  let theme;
  try {
    theme = JSON.parse(localStorage.getItem("dsmp.settings") ?? "{}").theme;
  } catch {
    return;
  }
  const systemIsLight = matchMedia("(prefers-color-scheme: light)").matches;
  if (theme === "light" || (theme === "auto" && systemIsLight)) {
    document.documentElement.dataset.theme = "light";
  }
})();
