export const MAX = 64;
export const TABLES = { user: "app_users", role: "app_roles" };
export enum State {
  On = "on",
  Off = "off",
}
