import { afterAll, beforeAll } from "vitest";

/** For tests that throw a hundred thousand errors: most of their time would be the traces. */
export const withoutStackTraces = (): void => {
  const traced = Error.stackTraceLimit;
  beforeAll(() => {
    Error.stackTraceLimit = 0;
  });
  afterAll(() => {
    Error.stackTraceLimit = traced;
  });
};
