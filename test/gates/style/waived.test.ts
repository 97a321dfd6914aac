import { describe, it } from "vitest";

describe.skip("skipped", () => {});
it.only("alone", () => {});
it.todo("later");
it.concurrent.skip("skipped", () => {});
it.skipIf(true)("sometimes", () => {});
it.fails("expected", () => {});
it("again", { retry: 3 }, () => {});
it("in passing", (context) => context.skip());
it("counts", () => {});
