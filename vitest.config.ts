import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      // Pure code keeps no global state, so its files share one module graph: isolation alone would be most of the time.
      {
        test: {
          name: "pure",
          include: ["src/**/*.test.ts"],
          exclude: ["src/node/**", "src/cli/**"],
          setupFiles: ["test/support/fast-check-seed.ts"],
          pool: "threads",
          isolate: false,
          // Both cores of a small machine; by itself vitest would leave one of two to others.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          sequence: { groupOrder: 0 },
          // Searches take seconds, and many times that on a machine that has other work.
          testTimeout: 60_000,
        },
      },
      // Sockets, disks, processes, compilers: one context a file, and time to spare.
      {
        test: {
          name: "processes",
          include: ["test/**/*.test.ts", "src/node/**/*.test.ts", "src/cli/**/*.test.ts"],
          exclude: ["test/gates/**", "test/web/**"],
          pool: "forks",
          isolate: true,
          // One after the other: what they start has the machine for itself, and times out if it is starved.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
