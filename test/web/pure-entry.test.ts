import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Serves the built package as it is: the pure rooms are plain modules and need no bundler. */
const server = createServer((request, response) => {
  const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
  if (path === "/")
    return void response.setHeader("content-type", "text/html").end("<!doctype html><title>quorate</title>");
  readFile(join(root, "dist", path)).then(
    (body) => response.setHeader("content-type", "text/javascript").end(body),
    () => response.writeHead(404).end(),
  );
});
let browser: Browser;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
});

afterAll(async () => {
  await browser.close();
  server.close();
});

describe("the pure entries in Chromium", () => {
  it.each([".", "model", "protocols", "check", "simulate", "explore", "machines", "scenarios", "trace"])(
    "%s loads and exports the same names",
    async (room) => {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const path = `/${room === "." ? "" : `${room}/`}index.js`;
      // As text: the test runner rewrites an import() in a function, and the page does not know what it writes instead.
      const names = await page.evaluate(`import(${JSON.stringify(path)}).then((room) => Object.keys(room).sort())`);
      const here = (await import(join(root, "dist", path))) as object;
      expect(names).toEqual(Object.keys(here).sort());
      await page.close();
    },
  );
});

describe("determinism", () => {
  it("the same seed gives the same hash in Chromium as in Node", async () => {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const script = `Promise.all([import("/scenarios/index.js"), import("/simulate/index.js")])
      .then(([{ scenarios }, { runHashes }]) => runHashes(scenarios, [1, 2, 3]))`;
    const inChromium = await page.evaluate(script);
    const lab = (await import(join(root, "dist/scenarios/index.js"))) as { scenarios: readonly unknown[] };
    const { runHashes } = (await import(join(root, "dist/simulate/index.js"))) as {
      runHashes(scenarios: readonly unknown[], seeds: readonly number[]): readonly unknown[];
    };
    expect(lab.scenarios.length).toBeGreaterThan(0);
    expect(inChromium).toEqual(runHashes(lab.scenarios, [1, 2, 3]));
    await page.close();
  });
});
