// Which numbers bring pictures into an order, with as few changes as possible.

const STEP = 16;
const MAX_PRIORITY = 32767;

/** Whether both may keep their numbers, with room for those between them. */
function fit(before, after, between) {
  const room = after.priority - before.priority - 1;
  if (between === 0 && room === -1) return before.created > after.created; // equal: the newer first
  return room >= between;
}

/** The indices of the longest run of pictures that may keep their numbers. */
function findKept(images) {
  const best = [];
  images.forEach((image, index) => {
    let longest = image.priority >= index ? { length: 1, before: -1 } : { length: 0, before: -1 };
    for (let other = 0; other < index; other += 1) {
      const isLonger = best[other].length && best[other].length + 1 > longest.length;
      if (isLonger && fit(images[other], image, index - other - 1)) {
        longest = { length: best[other].length + 1, before: other };
      }
    }
    best.push(longest);
  });
  const kept = [];
  let last = best.reduce((found, each, index) => (each.length > (best[found]?.length ?? 0) ? index : found), -1);
  for (; last >= 0; last = best[last].before) kept.unshift(last);
  return kept;
}

/** The new number of each picture whose number has to change, as [image, priority], in order. */
export function planPriorities(images) {
  const changes = [];
  const bounds = [...findKept(images), images.length];
  let low = -1;
  let start = 0;
  for (const end of bounds) {
    const count = end - start;
    const high = images[end]?.priority ?? Math.min(low + STEP * count + 1, MAX_PRIORITY + 1);
    for (let place = 0; place < count; place += 1) {
      const priority = low + Math.max(Math.floor(((high - low) * (place + 1)) / (count + 1)), place + 1);
      const image = images[start + place];
      if (image.priority !== priority) changes.push([image, priority]);
    }
    low = images[end]?.priority;
    start = end + 1;
  }
  return changes;
}
