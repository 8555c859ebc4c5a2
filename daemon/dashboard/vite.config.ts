import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import manifest from "./package.json" with { type: "json" };

// `DSMP_ADDRESS` points `npm run dev` at a running daemon, for work on the pages themselves.
const daemonAddress = process.env.DSMP_ADDRESS ?? "http://127.0.0.1:23767";

export default defineConfig({
  plugins: [react()],
  define: { __DASHBOARD_VERSION__: JSON.stringify(manifest.version) },
  build: {
    target: "es2023",
    // The content security policy forbids inline scripts and `data:` sources, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      "/api": { target: daemonAddress, ws: true },
    },
  },
  test: { include: ["src/**/*.test.ts"] },
});
