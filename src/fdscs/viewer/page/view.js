"use strict";
const byId = id => document.getElementById(id);
const PICTURES = ["left", "right", "disparity", "confidence", "truth", "error"];
let facts, disparity, chosen;

function element(name, text = "", parent = null) {
  const made = document.createElement(name);
  made.textContent = text;
  if (parent) parent.append(made);
  return made;
}

const decimals = (value, count) => value.toFixed(count);

function showFacts() {
  document.title = `${facts.build}: ${facts.pair}`;
  byId("title").textContent = `${facts.build}: ${facts.pair}`;
  let text = `${facts.rows}×${facts.columns}, ${decimals(facts.least, 2)} to ` +
    `${decimals(facts.largest, 2)} px, left-right ${decimals(facts.leftRight, 1)} %`;
  if ("epe" in facts) text += `, EPE ${decimals(facts.epe, 3)} px, D1 ${decimals(facts.d1, 2)} %`;
  byId("figures").textContent = text;
  byId("faults").textContent = facts.faults.join("\n");
  byId("unit").textContent = facts.metres ? "in metres, by the calibration"
    : "without a calibration: shape right but for its scale and depth";
}

function showPicture(name) {
  byId("picture").src = `picture/${name}`;
  byId("picture").alt = name;
  for (const button of byId("pictures").children)
    button.setAttribute("aria-pressed", button.textContent === name);
}

function listPictures() {
  for (const name of PICTURES) {
    if (!facts.truth && (name === "truth" || name === "error")) continue;
    element("button", name, byId("pictures")).onclick = () => showPicture(name);
  }
  showPicture("disparity");
  byId("picture").onmousemove = event => {
    const box = event.target.getBoundingClientRect();
    const x = Math.floor((event.clientX - box.left) / box.width * facts.columns);
    const y = Math.floor((event.clientY - box.top) / box.height * facts.rows);
    const value = disparity && disparity[y * facts.columns + x];
    if (value !== undefined) byId("pixel").textContent = `x ${x}, y ${y}: ${decimals(value, 3)} px`;
  };
}

function format(tensor) {
  const width = `${tensor.signed ? "int" : "uint"}${tensor.bits}`;
  return tensor.step === null ? `${width}, accumulator` : `${width}, step ${tensor.step}`;
}

function listTensors() {
  for (const tensor of facts.tensors) {
    const row = element("tr", "", byId("tensors"));
    for (const text of [tensor.name, tensor.operation, tensor.shape.join(" × "), format(tensor)])
      element("td", text, row);
    row.onclick = () => choose(tensor, row);
  }
}

function choose(tensor, row) {
  for (const other of document.querySelectorAll("tr.chosen")) other.classList.remove("chosen");
  row.classList.add("chosen");
  chosen = tensor;
  byId("which").hidden = tensor.shape[0] === 1;
  byId("channel").max = tensor.shape[0] - 1;
  byId("channel").value = 0;
  showChannel();
}

async function showChannel() {
  const tensor = chosen, channel = byId("channel").value;
  byId("number").textContent = `${channel} of 0 to ${tensor.shape[0] - 1}`;
  byId("codes").src = `tensor/${tensor.name}/${channel}`;
  byId("codes").alt = `channel ${channel} of ${tensor.name}`;
  const found = await (await fetch(`codes/${tensor.name}/${channel}`)).json();
  if (tensor !== chosen || channel !== byId("channel").value) return;
  byId("what").textContent = `${tensor.name}, ${format(tensor)}: codes ${found.least} to ` +
    `${found.largest}, mean ${decimals(found.mean, 2)}`;
  drawHistogram(found.counts);
}

function drawHistogram(counts) {
  const space = "http://www.w3.org/2000/svg", top = Math.max(...counts);
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", `0 0 ${counts.length} 1`);
  svg.setAttribute("preserveAspectRatio", "none");
  counts.forEach((count, k) => {
    const bar = document.createElementNS(space, "rect");
    const numbers = {x: k + .05, y: 1 - count / top, width: .9, height: count / top};
    for (const [key, value] of Object.entries(numbers)) bar.setAttribute(key, value);
    svg.append(bar);
  });
  byId("histogram").replaceChildren(svg);
}

async function start() {
  facts = await (await fetch("facts.json")).json();
  showFacts();
  listPictures();
  listTensors();
  byId("channel").oninput = showChannel;
  disparity = new Float32Array(await (await fetch("disparity.f32")).arrayBuffer());
  const cloud = new Cloud(byId("cloud"));
  cloud.load(await (await fetch("points.bin")).arrayBuffer());
  const asked = location.hash.slice(1).split("/");  // #u4_5_relu/3 opens that channel
  const at = facts.tensors.findIndex(tensor => tensor.name === asked[0]);
  if (at >= 0) {
    const row = byId("tensors").children[at];
    row.scrollIntoView({block: "nearest"});
    choose(facts.tensors[at], row);
    byId("channel").value = asked[1] || 0;
    await showChannel();
  }
  document.body.dataset.ready = cloud.count;
}

start();
