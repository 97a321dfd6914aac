import { chatter } from "./chatter.mjs";

export const scenario = chatter("negative/math-random", () => Math.random());
