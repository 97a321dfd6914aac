import { messagesAtMost, noLeaderAt, oneLeaderAt, termStays } from "./course-properties.ts";
import { cut, type Lesson, others, readAt, writes } from "./lesson.ts";

const all3 = others(3);
const all7 = others(7);

/** Lessons on elections. */
export const electionLessons: readonly Lesson[] = [
  {
    name: "initial-election",
    title: "One leader is elected, and stays if nothing fails",
    servers: 3,
    windowMs: 700,
    workload: [writes(0, 400, 1), readAt(2, 500)],
    properties: [
      oneLeaderAt([
        { at: 250, among: all3 },
        { at: 690, among: all3 },
      ]),
      termStays(250),
    ],
  },
  {
    name: "re-election",
    title: "A leader that is cut off is replaced, by a majority",
    servers: 3,
    plan: [cut(3, [0], 200, 900), cut(3, [0], 1_200, 1_900), cut(3, [1], 1_200, 1_900)],
    windowMs: 1_900,
    workload: [writes(1, 400, 1), writes(2, 1_400, 1), readAt(0, 1_000)],
    properties: [
      oneLeaderAt([
        { at: 890, among: [1, 2] },
        { at: 1_190, among: all3 },
      ]),
      noLeaderAt([{ at: 1_890, among: all3 }]),
    ],
  },
  {
    name: "many-elections",
    title: "Of seven servers four are enough, whoever they are",
    servers: 7,
    plan: [
      cut(7, [0, 1, 2], 200, 1_000),
      cut(7, [3, 4, 5], 1_100, 1_900),
      cut(7, [6, 0, 3], 2_000, 2_800),
      cut(7, [1, 4, 6], 2_900, 3_700),
    ],
    windowMs: 3_800,
    workload: [writes(0, 300, 2, 400), readAt(6, 1_000)],
    properties: [
      oneLeaderAt([
        { at: 990, among: others(7, 0, 1, 2) },
        { at: 1_890, among: others(7, 3, 4, 5) },
        { at: 2_790, among: others(7, 6, 0, 3) },
        { at: 3_690, among: others(7, 1, 4, 6) },
        { at: 3_790, among: all7 },
      ]),
    ],
  },
  {
    name: "count",
    title: "Elections, commands and idle time cost few messages",
    servers: 3,
    windowMs: 2_000,
    workload: [writes(0, 300, 10), readAt(1, 700)],
    properties: [
      // Two rounds of votes, the first entry, and what is told of its commit: 16; the rest are heartbeats.
      messagesAtMost("ElectionCount", { from: 0, to: 130 }, 30),
      // An entry and its answer, the commit and its answer, at two followers: 80; the rest are heartbeats.
      messagesAtMost("CommandCount", { from: 300, to: 600 }, 140),
      // A heartbeat every 25 ms and its answer, at two followers: 160.
      messagesAtMost("IdleCount", { from: 900, to: 1_900 }, 168),
    ],
  },
];
