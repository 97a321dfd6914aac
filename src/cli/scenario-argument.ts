import { extname } from "node:path";
import type { ScenarioReference } from "./search/search-task.ts";

const extensions: ReadonlySet<string> = new Set([".ts", ".mts", ".js", ".mjs"]);

/** An id of the lab, or the path of a file (with `#NAME` for one of several exports): what ends like a module is one. */
export const scenarioArgument = (text: string): ScenarioReference => {
  const [path = "", name] = text.split("#", 2);
  const isPath = extensions.has(extname(path)) || /^(\.{0,2}\/|\.{1,2}$|[a-zA-Z]:\\)/.test(path);
  return isPath ? { kind: "file", path, name } : { kind: "id", id: text };
};

const stepSecondsOfFile = 5;
const stepSecondsOfLab = 60;

/** Seconds that one step may take: ours have a budget of their own and are only slow, those of a file may never end. */
export const stepSecondsFor = ({ kind }: ScenarioReference, given: number | undefined): number =>
  given ?? (kind === "file" ? stepSecondsOfFile : stepSecondsOfLab);
