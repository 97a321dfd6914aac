import type { SignedMessagesRules } from "../../protocols/index.ts";
import type { Mutant } from "../../simulate/index.ts";

const unchecked: Partial<SignedMessagesRules> = { believes: () => true };

/** Known bugs of the generals with signatures. */
export const signedMessagesMutants: readonly Mutant[] = [
  {
    id: "bft/skip-signature-check",
    scenario: "byzantine/signed-messages",
    change: "Signatures are not checked: a lieutenant makes up an order of the commander.",
    rules: unchecked,
    violates: ["IC2"],
  },
];
