// A state in the frontier: fingerprint, its number, depth, budgets, what properties remember; then a number for each node,
// how many items the network has, and the items.
export const atLow = 0;
export const atHigh = 1;
export const atNumber = 2;
export const atDepth = 3;
export const atBudget = 4;
export const atWatch = 5;
export const atNodes = 6;
