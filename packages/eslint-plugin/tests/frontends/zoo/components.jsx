// JSX in JavaScript.
import React, { useState } from 'react';
export const Toggle = ({ on = false, render: Render, ...rest }) => { const [state, set] = useState(on); return <button onClick={() => set(!state)} {...rest}>{state ? <Render on /> : 'off'}<>{rest.children}</></button>; };
export default class extends React.Component { static defaultProps = { a: 1 }; render() { return <Toggle render={Toggle} />; } }
