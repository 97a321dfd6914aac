// every line that is marked must be a compile error in a pure room
import { readFileSync } from "node:fs"; // ✗
export const read: unknown = readFileSync;
export const pid: unknown = process.pid; // ✗
export const bytes: unknown = Buffer.alloc(1); // ✗
export const timer: unknown = setTimeout(() => {}, 1); // ✗
export const cloned: unknown = structuredClone({}); // ✗
export const measured: unknown = performance.now(); // ✗
export const random: unknown = crypto.randomUUID(); // ✗
export const fetched: unknown = fetch("http://localhost"); // ✗
export const page: unknown = document.title; // ✗
export const encoded: unknown = new TextEncoder(); // ✗
export const signal: unknown = new AbortController(); // ✗
console.log("said"); // ✗
queueMicrotask(() => {}); // ✗
