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
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
