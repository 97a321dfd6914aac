import { describe } from "../../model/plain.ts";
import { type Applied, type Specification, specificationOf } from "../specification.ts";

/** Who asks for a lock: a client, or a client's session. */
export type Owner = string | number;

/** What a client asks of a lock. */
export type LockInput = { readonly kind: "acquire" | "release"; readonly owner: Owner };

const apply = (holder: Owner | null, { kind, owner }: LockInput): Applied<Owner | null, boolean> => {
  if (kind === "acquire") return holder === null ? { state: owner, output: true } : { state: holder, output: false };
  return holder === owner ? { state: null, output: true } : { state: holder, output: false };
};

/**
 * A lock that is not re-entrant. An acquire answers true when the lock was free and is now the owner's, else false; a
 * release answers true when it was the owner's and is now free, else false. A client that waits for the lock sees only
 * the acquire that answered true, open from its call on. The state is the holder, or null.
 */
export const lock = (): Specification<Owner | null, LockInput, boolean> =>
  specificationOf<Owner | null, LockInput, boolean>({
    name: "lock",
    init: () => null,
    apply,
    readOnly: (_input, output) => output === false,
    describe: ({ kind, owner }, output) =>
      output === undefined ? `${kind}(${owner})` : `${kind}(${owner}) → ${describe(output)}`,
  });
