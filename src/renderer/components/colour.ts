/** A token's colour as a canvas understands it: what draws itself cannot use `light-dark`. */
export function colourOf(token: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--color-${token})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
