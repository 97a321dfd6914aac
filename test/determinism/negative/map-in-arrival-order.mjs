// A Map that outlives the run and is filled in the order of arrival: what a process sends depends on what ran before.
import { chatter } from "./chatter.mjs";

const met = new Map();
export const scenario = chatter("negative/map-in-arrival-order", (io, s) => {
  met.set(`${io.self}/${s.seen}/${met.size}`, met.size);
  return [...met.keys()].length;
});
