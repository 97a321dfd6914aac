export * from "./double-echo-broadcast.ts";
