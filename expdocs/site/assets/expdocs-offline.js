/* Search without a server: browsers refuse workers on file://, so one runs in a hidden frame. */
(function () {
  "use strict"
  if (location.protocol !== "file:") return

  function load(view, url) {
    return new Promise(function (resolve, reject) {
      var script = view.document.createElement("script")
      script.onload = resolve
      script.onerror = function () { reject(new Error("cannot load " + url)) }
      script.src = url
      view.document.head.appendChild(script)
    })
  }

  class FrameWorker extends EventTarget {
    constructor(url) {
      super()
      var frame = document.createElement("iframe")
      frame.hidden = true
      frame.title = "Search"
      document.body.appendChild(frame)
      var view = frame.contentWindow
      var worker = this
      view.postMessage = function (data) {
        worker.dispatchEvent(new MessageEvent("message", { data: data }))
      }
      view.importScripts = function () {
        return Array.from(arguments).reduce(function (done, each) {
          return done.then(function () { return load(view, each) })
        }, Promise.resolve())
      }
      this.frame = frame
      this.ready = load(view, new URL(url, document.baseURI).href)
    }

    postMessage(data) {
      var view = this.frame.contentWindow
      this.ready.then(function () {
        view.dispatchEvent(new view.MessageEvent("message", { data: data }))
      })
    }

    terminate() {
      this.frame.remove()
    }
  }

  /* the search script looks for this name to find its language files */
  window.IFrameWorker = FrameWorker
  window.Worker = FrameWorker
})()
