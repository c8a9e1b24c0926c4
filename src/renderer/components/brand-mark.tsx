/** The product's mark: of three lanes, the gate lets one through. */
export function BrandMark() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className="size-5 shrink-0">
      <rect width="24" height="24" rx="6" className="fill-accent" />
      <path
        d="M6 7.5h3.5M6 12h12M6 16.5h3.5M13 5.5v3.6M13 14.9v3.6"
        className="stroke-accent-ink"
        strokeWidth="2"
        strokeLinecap="round"
      />
    </svg>
  );
}
