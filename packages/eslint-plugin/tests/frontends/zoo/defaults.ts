// A nameless function as the default export, with an overload and names from its place.
export default function (): void; export default function (x?: any): any { const y = () => x, { z = function () {} } = x; return [y, z]; }
