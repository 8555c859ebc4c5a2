/** The current route, and the ways to another one. */
import { Cell, useCell } from "../cell";
import { formatRoute, parseRoute, type Route } from "./route";

export const currentRoute = new Cell<Route>({ view: "home" });

/**
 * Takes over the address bar. A one-time code in it is taken out at once, before anything is drawn or sent, and
 * handed to `onCode` (S-10).
 */
export function startNavigation(onCode: (code: string) => void): void {
  const follow = () => {
    const route = parseRoute(window.location.hash);
    if (route.view !== "signIn") {
      currentRoute.set(route);
      return;
    }
    window.history.replaceState(null, "", formatRoute({ view: "home" }));
    currentRoute.set({ view: "home" });
    if (route.code) {
      onCode(route.code);
    }
  };
  window.addEventListener("hashchange", follow);
  window.addEventListener("popstate", follow);
  follow();
}

export function navigate(route: Route, options: { readonly replace?: boolean } = {}): void {
  const address = formatRoute(route);
  if (address === window.location.hash) {
    return;
  }
  if (options.replace) {
    window.history.replaceState(null, "", address);
  } else {
    window.history.pushState(null, "", address);
  }
  currentRoute.set(parseRoute(address));
}

export function useRoute(): Route {
  return useCell(currentRoute);
}
