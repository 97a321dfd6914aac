import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { RecordedSpecification } from "../../check/index.ts";
import { usage } from "../cli-error.ts";
import { importUserFile } from "../search/load-scenario.ts";

/** Whether a model is named by a file. */
export const isSpecificationFile = (model: string): boolean => /\.[cm]?[jt]s$/.test(model);

const isSpecification = (value: unknown): value is RecordedSpecification =>
  typeof value === "object" &&
  value !== null &&
  "init" in value &&
  "step" in value &&
  typeof value.init === "function" &&
  typeof value.step === "function";

/** Loads the specification that a user's file exports. */
export const loadSpecification = async (path: string): Promise<RecordedSpecification> => {
  const full = resolve(path);
  if (!existsSync(full)) throw usage(`there is no file ${path}: give a file that exports a specification.`);
  const exported = Object.values(await importUserFile(full, basename(path))).find(isSpecification);
  if (exported !== undefined) return exported;
  throw usage(
    `${path} exports no specification: write \`export const mine = { name, init: () => state, step: (state, { f, key, value }, output) => … }\`.`,
  );
};
