import type { AnyScenario } from "../../../../simulate/index.ts";
import { agreementLessons } from "./agreement.ts";
import { electionLessons } from "./elections.ts";
import { failureLessons, memberLessons, snapshotLessons } from "./failures.ts";
import { type Lesson, lesson } from "./lesson.ts";

/** What MIT's course 6.5840 asks of a Raft, lesson by lesson, and one more. */
export const raftLessons: readonly Lesson[] = [
  ...electionLessons,
  ...agreementLessons,
  ...failureLessons,
  ...snapshotLessons,
  ...memberLessons,
];

/** The same as scenarios. */
export const raftCourse: readonly AnyScenario[] = raftLessons.map(lesson);
