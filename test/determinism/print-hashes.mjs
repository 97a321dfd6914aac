// Prints the run hashes of the lab (or of one negative example) as JSON, from the built package.
// Usage: node print-hashes.mjs forwards|backwards [MODULE]
import { scenarios } from "../../dist/scenarios/index.js";
import { runHashes } from "../../dist/simulate/index.js";

const [direction, path] = process.argv.slice(2);
const lab = path === undefined ? scenarios : [(await import(path)).scenario];
const seeds = [1, 2, 3];
// Backwards: a process that has run other things before must give the same hashes.
const order = direction === "backwards" ? [...lab].reverse() : lab;
const hashes = runHashes(order, direction === "backwards" ? seeds.reverse() : seeds);
hashes.sort((a, b) => (a.scenario < b.scenario ? -1 : a.scenario > b.scenario ? 1 : a.seed - b.seed));
process.stdout.write(JSON.stringify(hashes));
