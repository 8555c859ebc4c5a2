/** This dashboard's release, from package.json. */
declare const __DASHBOARD_VERSION__: string;
