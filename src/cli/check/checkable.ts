import { historyModels, objectConsistencies } from "../../check/index.ts";

/** The objects that `quorate check` knows. */
export const checkableModels: readonly string[] = historyModels.map(({ name }) => name);

/** The consistency models that it knows. */
export const checkableConsistencies: readonly string[] = [...objectConsistencies];
