"use strict";
// Points in space on a plain canvas, with a depth buffer: no WebGL, so it runs everywhere.

class Cloud {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.image = this.context.createImageData(canvas.width, canvas.height);
    this.depth = new Float32Array(canvas.width * canvas.height);
    this.count = 0;
    this.home();
    canvas.addEventListener("pointerdown", event => canvas.setPointerCapture(event.pointerId));
    canvas.addEventListener("pointermove", event => {
      if (event.buttons) this.turn(event.movementX / 200, event.movementY / 200);
    });
    canvas.addEventListener("wheel", event => {
      event.preventDefault();
      this.distance *= Math.exp(event.deltaY / 800);
      this.draw();
    }, {passive: false});
    canvas.addEventListener("dblclick", () => { this.home(); this.draw(); });
    canvas.addEventListener("keydown", event => {
      const turns = {ArrowLeft: [-.1, 0], ArrowRight: [.1, 0], ArrowUp: [0, -.1], ArrowDown: [0, .1]};
      if (event.key in turns) { event.preventDefault(); this.turn(...turns[event.key]); }
    });
  }

  home() { this.yaw = 0.25; this.pitch = 0.12; this.distance = 1; }

  turn(yaw, pitch) {
    this.yaw += yaw;
    this.pitch = Math.max(-1.5, Math.min(1.5, this.pitch + pitch));
    this.draw();
  }

  // Float32 x, y, z of all points, then uint8 r, g, b of all.
  load(buffer) {
    this.count = buffer.byteLength / 15;
    this.points = new Float32Array(buffer, 0, 3 * this.count);
    this.colours = new Uint8Array(buffer, 12 * this.count);
    const depths = Float32Array.from({length: this.count}, (_, k) => this.points[3 * k + 2]).sort();
    this.centre = this.count ? depths[Math.floor(this.count / 2)] : 1;  // the middle depth: turned about
    this.draw();
  }

  draw() {
    const {width, height} = this.canvas, pixels = this.image.data;
    pixels.fill(17);
    for (let k = 3; k < pixels.length; k += 4) pixels[k] = 255;
    this.depth.fill(Infinity);
    const cy = Math.cos(this.yaw), sy = Math.sin(this.yaw);
    const cp = Math.cos(this.pitch), sp = Math.sin(this.pitch);
    const back = this.distance * this.centre;
    for (let k = 0; k < this.count; k++) {
      const x = this.points[3 * k], y = this.points[3 * k + 1], z = this.points[3 * k + 2] - this.centre;
      const right = cy * x + sy * z, ahead = cy * z - sy * x;
      const down = cp * y + sp * ahead, far = cp * ahead - sp * y + back;
      if (far <= 0.01 * this.centre) continue;
      const column = Math.round(width / 2 + width * right / far);
      const row = Math.round(height / 2 + width * down / far);
      this.dot(column, row, far, 3 * k);
      this.dot(column + 1, row, far, 3 * k);
      this.dot(column, row + 1, far, 3 * k);
      this.dot(column + 1, row + 1, far, 3 * k);
    }
    this.context.putImageData(this.image, 0, 0);
  }

  dot(column, row, far, colour) {
    const {width, height} = this.canvas;
    if (column < 0 || column >= width || row < 0 || row >= height) return;
    const at = row * width + column;
    if (far >= this.depth[at]) return;
    this.depth[at] = far;
    for (let k = 0; k < 3; k++) this.image.data[4 * at + k] = this.colours[colour + k];
  }
}
