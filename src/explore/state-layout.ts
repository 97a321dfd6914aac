// A state as a search writes it down: these places, then a number for each node, how many items the network has, and the
// items.

/** Its fingerprint, the lower word. */
export const atLow = 0;
/** Its fingerprint, the upper word. */
export const atHigh = 1;
/** Its number, in the order of discovery. */
export const atNumber = 2;
/** How many steps it is from a state to begin with. */
export const atDepth = 3;
/** The atom of what is left of the budgets. */
export const atBudget = 4;
/** The atom of what properties remember. */
export const atWatch = 5;
/** Where the local states of the nodes begin. */
export const atNodes = 6;
