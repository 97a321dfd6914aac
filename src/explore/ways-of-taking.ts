/** How a step was taken: the event as it is, a message that stays to come again, a message that is lost. */
export const asItIs = 0;
export const asCopy = 1;
export const asLoss = 2;
/** A turn of the world: links are cut, or mended. */
export const asTurn = 3;
/** A message that no module sent: a traitor's, or the network's own. */
export const asLie = 4;
/** Room for the ways of taking a step, below the number of its outcome. */
export const waysOfTaking = 8;
