// A mark of the byte order, and line ends of Windows, of old Macs and of Unicode.
import x from "y";
const a = `1
2`, b = "3\
4";function f() { return
1; } export { a, b, f, x }; let c = a
++c
