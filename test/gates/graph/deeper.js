import { open } from "node:fs";
import { Command } from "commander";
export const lazy = () => import("./lazy.js");
export const used = [open, Command];
