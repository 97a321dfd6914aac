export * from "./byzantine-generals.ts";
export * from "./double-echo-broadcast.ts";
export * from "./oral-messages.ts";
export * from "./signed-messages.ts";
