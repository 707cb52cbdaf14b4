// JSX: elements, fragments, components, every kind of attribute and child.
declare const any: any, React: any; declare namespace JSX { interface IntrinsicElements { [name: string]: any } }
const { Field, Context } = any, generic = <T,>(x: T) => x;
function Component<P>({ children, ...props }: any) { return <section {...props} key={any.id}>{children}{...any.items}</section>; }
class Stateful extends React.Component { render() { return <this.props.as ref={(node: any) => { any.node = node; }} {...this.props} />; } }
const elements = [<div />, <div></div>, <></>, <><Component /></>, <Component a="s" b='t' c={1} d e={<i />} f=<b>x</b> data-x="1" aria-label={any} on:click={() => any()} {...any}>text &amp; {any}{/* nothing */} more{' '}{any ? <i>1</i> : null}{any && <b />}{any.map((x: any) => <li key={x}>{x}</li>)}</Component>, <Context.Provider value={any}><Field<string> name="x" /></Context.Provider>, <svg:rect xlink:href="#a" />, <custom-element class="x" />];
export { Component, Stateful, elements, generic };
