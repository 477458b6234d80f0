// What a caller writes on top of the client that @hey-api/openapi-ts generates.
import {
  appsDashboardApiDeliveriesFindKnownFiles as findKnownFiles,
  appsDashboardApiDeliveriesReadFileNames as readFileNames,
  appsDashboardApiImageOrderOrderImages as orderImages,
  appsDashboardApiImagesDeleteImage as deleteImage,
  appsDashboardApiImagesGetImage as getImage,
  appsDashboardApiImagesListImages as listImages,
  appsDashboardApiImagesUpdateImage as updateImage,
  appsDashboardApiImagesUploadImage as uploadImage,
  appsDashboardApiTradeItemsListTradeItems as listItems,
  appsDashboardApiTradeItemsLookUpTradeItems as lookUp,
  appsDashboardApiWhoamiWhoami as whoami,
} from './client/index.ts';
import { client } from './client/client.gen.ts';

declare const process: { argv: string[] };
const [baseUrl, auth, organization_id, gtin, picture] = process.argv.slice(2);

client.setConfig({ baseUrl, auth });
const throwOnError = true;
const path = { organization_id, gtin };
const bytes = Uint8Array.from(atob(picture), (character) => character.charCodeAt(0));
const image = new File([bytes], 'front.jpg');

const body = { image, title: 'Front', is_primary: true };
const uploaded = await uploadImage({ path, body, throwOnError });
const { id } = uploaded.data;
const one = { ...path, image_id: id };
const me = await whoami({ throwOnError });
const found = await lookUp({ path: { organization_id }, body: { gtins: [gtin] }, throwOnError });
const names = [`${gtin}_C1N1.jpg`, '4006381333932.jpg'];
const told = await readFileNames({ path: { organization_id }, body: { names }, throwOnError });
const files = [{ sha256: '0'.repeat(64), gtin }];
const known = await findKnownFiles({ path: { organization_id }, body: { files }, throwOnError });
const ordered = await orderImages({ path, body: { image_ids: [id] } });
const items = await listItems({ path: { organization_id }, query: { q: gtin }, throwOnError });
const details = await getImage({ path: one, throwOnError });
const query = { page_size: 100, details: true };
const detailed = await listImages({ path, query, throwOnError });
const listed = await listImages({ path, query: { page_size: 100 }, throwOnError });
const changes = { title: 'Back', priority: 3 };
const changed = await updateImage({ path: one, body: changes, throwOnError });
await deleteImage({ path: one, throwOnError });
const again = await deleteImage({ path: one });

console.log(JSON.stringify({
  uploaded: uploaded.data,
  listed: listed.data.data.filter((each) => each.id === id),
  items: items.data.data.map((each) => each.gtin),
  details: details.data,
  detailed: detailed.data.data.filter((each) => each.id === id),
  changed: changed.data,
  reached: me.data.organizations.map((each) => each.id),
  found: found.data.data.map((each) => each.status),
  names: told.data.data.map((each) => [each.status, each.product?.gtin ?? null]),
  known: known.data.data.map((each) => each.images),
  ordered: ordered.response?.status,
  error_code: again.error?.error_code,
}));
