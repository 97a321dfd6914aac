import { mutants } from "../../scenarios/index.ts";
import type { Mutant } from "../../simulate/index.ts";
import { usage } from "../cli-error.ts";
import { nearest, quoteBack } from "../nearest.ts";

/** The mutant of an id. Throws a usage error that names the nearest one. */
export const mutantOf = (id: string): Mutant => {
  const found = mutants.find((mutant) => mutant.id === id);
  if (found !== undefined) return found;
  if (/\.[cm]?[jt]s$/.test(id))
    throw usage(
      `${quoteBack(id)}: the known bugs here are those of the lab; how to look for those of a file of yours is in docs/writing-a-protocol.md`,
    );
  const near = nearest(
    id,
    mutants.map((mutant) => mutant.id),
  );
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  throw usage(`there is no mutant ${quoteBack(id)}.${hint} \`quorate mutants\` lists all ${mutants.length}.`);
};
