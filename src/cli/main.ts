import { readFileSync } from "node:fs";

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
};
const [command = "start"] = process.argv.slice(2);
if (command === "start" || command === "--version") console.log(`quorate ${manifest.version}`);
else {
  console.error(`quorate: there is no command "${command}".`);
  process.exitCode = 64;
}
