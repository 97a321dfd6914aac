#!/usr/bin/env node
// In a clone the command sets itself up first; an installed package holds its build and no scripts folder.
import { existsSync } from "node:fs";

const setup = new URL("../scripts/setup.mjs", import.meta.url);
if (existsSync(setup)) (await import(setup.href)).ensureReady();
await import("../dist/cli/main.js");
