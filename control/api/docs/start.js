"use strict";

SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#api",
  deepLinking: true,
  // It would ask a service of others.
  validatorUrl: null,
  // A key stays in the page and goes with it.
  persistAuthorization: false,
});
