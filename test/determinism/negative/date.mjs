import { chatter } from "./chatter.mjs";

export const scenario = chatter("negative/date", () => Date.now() + performance.now());
