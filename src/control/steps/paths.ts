/** The circuits that a charger hangs on. */

import type { Room } from "../room.js";
import { mainFuse } from "../settings.js";

/** From the innermost to the main fuse. */
export function circuitsOf(innermost: string | null, rooms: readonly Room[]): readonly Room[] {
  const path: Room[] = [];
  let room = rooms.find(({ name }) => name === (innermost ?? mainFuse));
  while (room !== undefined && !path.includes(room)) {
    path.push(room);
    const above = room.parent;
    room = rooms.find(({ name }) => name === above);
  }
  return path;
}
